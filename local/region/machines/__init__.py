"""The processes that stand behind instances: program, output, boot, life and end."""
