"""One small file per page of the dashboard; each turns filtered frames into one answer.

Not named "pages": Streamlit would run files of such a folder as scripts of their own.
"""
