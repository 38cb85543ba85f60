trap 'echo "got TERM"; exit 4' TERM
echo before
kill -TERM $$
echo never
