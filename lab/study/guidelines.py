"""Holds the words that every reviewer reads before starting, unless a study brings its own."""

from __future__ import annotations

DEFAULT_QUESTION = "Which text would you rather have got for this prompt?"

DEFAULT_GUIDELINES = """\
## What you are here for
You read short texts and say how good they are. You are not told who or what wrote them, and no \
answer is expected of you: your own honest reading is the measurement.

## Rating a text
1. Read the prompt (and the source, where there is one), then the **whole** text.
2. Answer each question **on its own**. A text can be fluent and beside the point, or clumsy and \
full of ideas.
3. Go by the words beside the points, not by the number. Choose the point whose words fit best; \
between two, choose the lower one.
4. Use the whole scale. A 1 and a 5 are ordinary answers.
5. Rate the text in front of you, not the one before it. Longer is not better.

## Comparing two texts
1. Read **both** to the end before you decide. Left and right are drawn by lot.
2. Choose the one that you would rather have got for this prompt, all things considered.
3. **Tie** means equally good or too close to call; **both bad** means that you would send both \
back. Do not use either to get on faster.

## When something is wrong
- Stop early only when a text is unreadable; say so in the comment.
- **Skip** what you cannot judge, with the reason; **flag** an item that is broken, offensive or \
shows private data.
- You may undo an answer. Take breaks: tired answers are worse than fewer answers.
- Please do not look texts up, ask a model, or talk about items with other reviewers.
"""
