set -v
echo a
# a comment
if true; then
  echo b
fi
