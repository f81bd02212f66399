"""Turns ratings into means, and into what they would be had everybody rated everything."""
