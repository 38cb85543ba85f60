exec >&-
echo lost
echo "status $?" >&2
ls >&2
