# Prints what a program in a container has and may do, as probe.py does: the lines that a shell can find out.

status() { sed -n "s/^$1:[[:space:]]*//p" /proc/$$/status; }
same() { tr '[:space:]' '\n' <<<"$1" | sort -u | xargs; }
for name in CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Groups; do echo "$name" $(status "$name"); done
filters=$(status Seccomp_filters)
echo "Seccomp filters $([ "$filters" -gt 1 ] && echo two or more || echo "$filters")"
echo "Uid $(same "$(status Uid)") Gid $(same "$(status Gid)")"
echo "pid 1 is $(</proc/1/comm)"

# Says why $2... failed.
attempt() {
    local what=$1 said
    shift
    if said=$("$@" 2>&1); then echo "$what works"; else echo "$what ${said##*: }"; fi
}
write() { : >"$1"; }
connect() { : </dev/tcp/192.0.2.1/80; }

for folder in "" /usr /etc /run /run/runnel /var/tmp /home /sys /workspace /tmp /dev/shm; do
    attempt "write to ${folder:-/}:" write "$folder/file"
done
echo "folders that can be written to:" $(find / -path /proc -prune -o -type d -writable -print 2>/dev/null | LC_ALL=C sort)
for place in /workspace /tmp /dev/shm; do
    options=$(while read -r _ folder _ options _; do [ "$folder" != $place ] || echo "$options"; done </proc/self/mounts)
    echo $place $(for name in nosuid nodev noexec; do [[ ,$options, != *,$name,* ]] || echo $name; done) \
        $(df --block-size=1M --output=size $place | tail -n 1) MiB
done
echo "interfaces:" $(sed -n 's/^ *\([^ ]*\):.*/\1/p' /proc/self/net/dev)
attempt "change the host name:" write /proc/sys/kernel/hostname
attempt "a connection to the outside:" connect
echo "devices:" $(LC_ALL=C ls /dev)
echo "NOFILE $(ulimit -S -n) $(ulimit -H -n)"
# In bytes, which the shell's own word for it would round.
echo "CORE" $(sed -n 's/^Max core file size *\([^ ]*\) *\([^ ]*\).*/\1 \2/p' /proc/$$/limits)
for path in /proc/kcore /proc/keys /proc/sysrq-trigger /proc/1/environ /proc/1/mem /proc/1/root; do
    if [ -d "$path" ]; then found=$(ls "$path" 2>/dev/null | wc -l); else found=$(head -c 1 "$path" 2>/dev/null | wc -c); fi
    [ "$found" != 0 ] || found=nothing
    echo "read $path: $found"
done
echo "environment:" $(tr '\0' '\n' </proc/$$/environ | sed 's/=.*//' | LC_ALL=C sort)
echo "host name: $HOSTNAME"
