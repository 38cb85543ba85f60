echo before
echo "not closed
echo after
