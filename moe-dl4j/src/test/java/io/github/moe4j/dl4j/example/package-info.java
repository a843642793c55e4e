@NullMarked
package io.github.moe4j.dl4j.example;

import org.jspecify.annotations.NullMarked;
