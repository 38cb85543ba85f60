name = "a package"
