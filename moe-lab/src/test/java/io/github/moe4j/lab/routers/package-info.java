@NullMarked
package io.github.moe4j.lab.routers;

import org.jspecify.annotations.NullMarked;
