# interpreter flags: --posix -x
echo "$-"
diff <(:) /dev/null
