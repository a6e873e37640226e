mod home;
mod scale;
mod series;
