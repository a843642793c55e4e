@NullMarked
package io.github.moe4j.lab.study;

import org.jspecify.annotations.NullMarked;
