trap 'echo exit trap' EXIT
kill -HUP $$
