value = "json of the workspace"
