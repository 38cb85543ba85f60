raise ValueError("\udcff \ud800 é")
