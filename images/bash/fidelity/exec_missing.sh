echo before
exec no-such-command
echo never
