"""The AI tools: their files, and how we edit them without ever leaving them worse than we found them.

What lives where: ``spans`` says what an edit is, and ``jsonspans``, ``tomlspans``, ``envspans``, ``yamlspans`` make it
in the bytes of one format each, all pure; ``files`` is the only module that touches a tool's file; ``journal`` keeps
what was done and how it is undone; ``desk`` plans, applies, reverts and recovers. One more file a tool.

Rules: nothing is written before the journal has it on disk; a file is the old or the new one, never between; what the
scanners do not understand is refused in words and left alone; what the user took out stays out.
"""
