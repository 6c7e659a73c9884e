"""CodeBuild: builds as processes of this machine."""
