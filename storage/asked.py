"""Turns a stored prompt into what people read of it: of a chat all turns, not just the last."""

from __future__ import annotations

ASKED = """
    CASE WHEN json_array_length(prompts.conversation, '$.messages') > 1 THEN array_to_string(
        list_transform(
            from_json(
                json_extract(prompts.conversation, '$.messages'),
                '[{"role": "VARCHAR", "content": "VARCHAR"}]'
            ),
            lambda turn: upper(turn.role[1]) || turn.role[2:] || ':' || chr(10) || turn.content
        ),
        chr(10) || chr(10)
    ) ELSE prompts.text END
"""
"""SQL, where `prompts` is in scope: the text of a prompt; of a chat that is more than one question
each turn below the role that speaks, since an answer cannot be judged without them."""
