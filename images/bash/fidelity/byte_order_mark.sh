echo with a BOM
echo second
