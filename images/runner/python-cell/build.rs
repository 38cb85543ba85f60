//! Links no library: what is undefined is in every interpreter that loads it.

fn main() {
    for argument in ["-nostartfiles", "-nostdlib", "-Wl,-z,relro,-z,now"] {
        println!("cargo:rustc-link-arg-cdylib={argument}");
    }
}
