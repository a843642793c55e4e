@NullMarked
package io.github.moe4j.lab.ranks;

import org.jspecify.annotations.NullMarked;
