#!/usr/bin/env node
// The program, from the root of a checkout.
import "../packages/leukogram/bin/leukogram.js";
