/** Code of the tutorials, as a user would write it: outside the library's packages. */
@NullMarked
package io.github.moe4j.examples;

import org.jspecify.annotations.NullMarked;
