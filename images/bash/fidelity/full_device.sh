echo x >/dev/full
echo "$?"
cat main.sh >/dev/full
echo "$?"
