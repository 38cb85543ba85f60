package dev.runnel.cli;

import dev.runnel.executors.spi.DataSize;

/// How much of a folder is carried in either direction.
///
/// @param files at most; the contract's own bound is 4,096
/// @param total bytes of all files together
record FolderLimits(int files, DataSize total) {
    static final FolderLimits DEFAULT = new FolderLimits(4096, DataSize.ofMebibytes(64));
}
