/// Tests of block extraction: [GoldenMessages] by example, properties for everything else.
@NullMarked
package dev.runnel.markdown;

import org.jspecify.annotations.NullMarked;
