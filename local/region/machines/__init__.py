"""The processes behind instances: program, output, boot, life and end."""
