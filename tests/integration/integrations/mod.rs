mod connect;
mod disconnect;
mod read;
mod refresh;
