value = "the workspace's own"
