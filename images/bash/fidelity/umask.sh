umask; umask -S
touch a; mkdir d
umask 077; touch b
stat -c '%n %A %U' a d b main.sh .
