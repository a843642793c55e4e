@NullMarked
package io.github.moe4j.dl4j;

import org.jspecify.annotations.NullMarked;
