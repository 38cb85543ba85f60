value = "decimal of the workspace"
