exec 3<>/dev/tcp/127.0.0.1/1
echo $?
exec 3<>/dev/tcp/192.0.2.1/80
echo $?
exec 3<>/dev/tcp/no-such-host/80
echo $?
python3 -c 'import socket; s=socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True); c,_=s.accept(); c.sendall(b"served " + c.recv(9))' >port &
while [ ! -s port ]; do sleep 0.01; done
exec 3<>"/dev/tcp/127.0.0.1/$(cat port)"
printf hello >&3; cat <&3; echo
wait
