"""The EC2 API: actions on instances, what is described of them, launch templates, images."""
