/** Balance losses as parts of a network's configuration. */
@NullMarked
package io.github.moe4j.dl4j.balance;

import org.jspecify.annotations.NullMarked;
