# native: another number of descriptors
# plain: 1024 descriptors and no way to more
# cell: 1024 descriptors and no way to more
[ "$(ulimit -Sn) $(ulimit -Hn)" = "1024 1024" ] && echo "1024 descriptors and no way to more" || echo "another number of descriptors"
