"""DynamoDB: counts that lag behind, backups, and tables that are protected or come back."""
