"""Counting tokens: for aborted streams and for vendors that send no usage; never for a final cost.

``counter`` is what the engine talks to, ``__main__`` the process that counts, ``wire`` what passes between them;
``ranks`` is the tokenizer, ``prompt`` what a model reads of a request. The engine itself never loads tiktoken. Nothing
is imported here, so that the counting process starts quickly.
"""
