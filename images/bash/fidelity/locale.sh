# env: LC_ALL=de_DE.UTF-8
locale 2>&1 | sort
printf '%.1f\n' 1.5
x=é; echo ${#x} "${x^^}"
date -d @0 +%A; printf 'Ä\na\nZ\n' | sort
ls /nonexistent
