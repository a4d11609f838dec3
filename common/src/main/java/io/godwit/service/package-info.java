/** What every service is made of: settings, lifecycle, metrics. */
@NullMarked
package io.godwit.service;

import org.jspecify.annotations.NullMarked;
