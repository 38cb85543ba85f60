echo before
f( { echo x; }
