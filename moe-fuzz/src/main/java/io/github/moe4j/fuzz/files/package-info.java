/** Damaged and lying files of all formats that the library reads. */
@NullMarked
package io.github.moe4j.fuzz.files;

import org.jspecify.annotations.NullMarked;
