locale 2>/dev/null | sort
x=é; echo ${#x} "${x^^}"
printf 'ä\na\nZ\nb\n' | sort | tr '\n' ' '
date -d @0 '+%A %Z %z %c'; TZ=Asia/Tokyo date -d @0 +%H:%M%Z
ls $'caf\xe9'
