//! Links without start files and libraries, at fixed addresses: nothing is there that could relocate the program.

fn main() {
    for argument in
        ["-nostartfiles", "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", "-Wl,-z,noexecstack"]
    {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}
