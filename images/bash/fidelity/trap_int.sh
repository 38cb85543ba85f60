trap 'echo "got INT"' INT
kill -INT $$
echo "goes on"
trap - INT
kill -INT $$
echo never
