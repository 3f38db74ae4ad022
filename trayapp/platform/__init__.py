"""What differs between operating systems: folders, files with narrow rights, system checks."""
