package dev.runnel.executors.docker;

/// An operating system and a processor, in the words of the OCI image specification, such as `linux/amd64`.
record Platform(String system, String architecture) {
    /// @param architecture in those words, or in those of uname(1), which engines use of themselves
    static Platform of(String system, String architecture) {
        return new Platform(
                system,
                switch (architecture) {
                    case "x86_64" -> "amd64";
                    case "aarch64" -> "arm64";
                    case "i386", "i686" -> "386";
                    case "armv6l", "armv7l" -> "arm";
                    default -> architecture;
                });
    }

    @Override
    public String toString() {
        return system + "/" + architecture;
    }
}
