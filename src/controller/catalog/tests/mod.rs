//! Stories of a catalog, told to the deciding part alone.

mod broken;
mod cluster;
mod life;
mod usage;
