print("with a BOM", __name__)
1/0
